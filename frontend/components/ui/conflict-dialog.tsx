'use client';

import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { askNext, type Dispute, type OpenConflict } from '@/lib/conflict';
import { dialogsMessages } from '@/lib/messages/dialogs';

const text = dialogsMessages.conflict;

/**
 * The same fields, changed here and elsewhere: only a person knows which are right. It stays until they have said so,
 * for what they typed is nowhere else.
 */
export default function ConflictDialog({ conflict }: { conflict: OpenConflict }) {
  const keepMine = () => {
    askNext();
    conflict.keepMine();
  };
  return (
    // Each is a dialog of its own, which takes the focus and is read out.
    <Dialog key={conflict.key} isOpen title={text.title} description={conflict.text} className="max-w-2xl">
      {conflict.disputes.map((dispute, index) => (
        <Versions key={index} dispute={dispute} />
      ))}
      <div className="mt-5 flex flex-wrap justify-end gap-2">
        <Button onClick={askNext}>{text.keepTheirs}</Button>
        <Button variant="primary" onClick={keepMine}>
          {text.keepMine}
        </Button>
      </div>
    </Dialog>
  );
}

function Versions({ dispute: { title, fields } }: { dispute: Dispute }) {
  return (
    <section aria-label={title}>
      <h3 className="mt-4 truncate font-medium">{title}</h3>
      <table className="mt-2 w-full table-fixed border-separate border-spacing-0 text-left">
        <thead className="text-xs text-muted">
          <tr>
            <th scope="col" className="w-24 py-1 font-medium">
              {text.field}
            </th>
            <th scope="col" className="px-3 py-1 font-medium">
              {text.mine}
            </th>
            <th scope="col" className="px-3 py-1 font-medium">
              {text.theirs}
            </th>
          </tr>
        </thead>
        <tbody>
          {fields.map(({ name, mine, theirs }) => (
            <tr key={name} className="align-top">
              <th scope="row" className="border-t py-2 font-normal text-muted">
                {name}
              </th>
              <td className="border-t bg-selected px-3 py-2 break-words whitespace-pre-wrap">{mine}</td>
              <td className="border-t px-3 py-2 break-words whitespace-pre-wrap">{theirs}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
