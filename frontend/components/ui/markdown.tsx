'use client';

import { Square, SquareCheck } from 'lucide';
import { Fragment, useMemo } from 'react';
import { AppLink } from '@/components/ui/app-link';
import { Icon } from '@/components/ui/icon';
import { pageOf, type Address } from '@/lib/markdown/address';
import { parseMarkdown, type Block, type Inline, type ListItem } from '@/lib/markdown/parse';
import { markdownMessages } from '@/lib/messages/markdown';

const text = markdownMessages;

/**
 * Markdown of a person or a model, who may have been talked into anything: what is drawn of it are
 * elements of ours with text in them.
 */
export function Markdown({ of }: { of: string }) {
  const blocks = useMemo(() => parseMarkdown(of), [of]);
  return (
    <div className="grid gap-2 break-words [&_code]:rounded [&_code]:bg-hover [&_code]:px-1 [&_code]:text-[0.8125rem]">
      <Blocks blocks={blocks} />
    </div>
  );
}

function Blocks({ blocks }: { blocks: readonly Block[] }) {
  return blocks.map((block, index) => <BlockOf key={index} block={block} />);
}

function BlockOf({ block }: { block: Block }) {
  switch (block.kind) {
    case 'paragraph':
      return (
        <p>
          <Inlines of={block.content} />
        </p>
      );
    case 'heading':
      // No heading of the page: it is a part of a conversation, or of a task.
      return (
        <p className="font-semibold">
          <Inlines of={block.content} />
        </p>
      );
    case 'code':
      return (
        <pre tabIndex={0} aria-label={text.code} role="group" className="overflow-x-auto rounded-md bg-hover p-2">
          <code>{block.text}</code>
        </pre>
      );
    case 'quote':
      return (
        <blockquote className="grid gap-2 border-l-2 pl-3 text-muted">
          <Blocks blocks={block.blocks} />
        </blockquote>
      );
    case 'list':
      return block.isOrdered ? (
        <ol start={block.start} className="grid list-decimal gap-1 pl-5">
          <Items of={block.items} />
        </ol>
      ) : (
        <ul className="grid list-disc gap-1 pl-5">
          <Items of={block.items} />
        </ul>
      );
    case 'rule':
      return <hr />;
  }
}

function Items({ of }: { of: readonly ListItem[] }) {
  return of.map(({ isDone, blocks }, index) => (
    <li key={index} className={isDone === null ? undefined : 'relative list-none'}>
      {isDone === null ? null : (
        <Icon
          of={isDone ? SquareCheck : Square}
          role="img"
          aria-label={isDone ? text.ticked : text.unticked}
          className="absolute top-0.5 -left-5 size-4 text-muted"
        />
      )}
      <div className="grid gap-1">
        <Blocks blocks={blocks} />
      </div>
    </li>
  ));
}

function Inlines({ of }: { of: readonly Inline[] }) {
  return of.map((inline, index) => <Fragment key={index}>{drawn(inline)}</Fragment>);
}

function drawn(inline: Inline) {
  if (typeof inline === 'string') return inline;
  switch (inline.kind) {
    case 'strong':
      return (
        <strong className="font-semibold">
          <Inlines of={inline.content} />
        </strong>
      );
    case 'em':
      return (
        <em>
          <Inlines of={inline.content} />
        </em>
      );
    case 'del':
      return (
        <del>
          <Inlines of={inline.content} />
        </del>
      );
    case 'code':
      return <code>{inline.text}</code>;
    case 'break':
      return <br />;
    case 'link':
      return <Link address={inline.address} content={inline.content} />;
  }
}

const linkClass = 'text-accent underline';

/**
 * Our own pages open here. Any other link says where it leads, whatever its words say; and whoever
 * is there learns nothing of us.
 */
function Link({ address: { href, place }, content }: { address: Address; content: readonly Inline[] }) {
  const page = pageOf(href, typeof window === 'undefined' ? '' : window.location.origin);
  if (page !== null) {
    return (
      <AppLink href={page} className={linkClass}>
        <Inlines of={content} />
      </AppLink>
    );
  }
  return (
    <>
      <a href={href} target="_blank" rel="noopener noreferrer" className={linkClass}>
        <Inlines of={content} />
      </a>
      {place === null ? null : <span className="text-muted"> ({place})</span>}
    </>
  );
}
