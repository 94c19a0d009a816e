import type { Metadata } from 'next';
import { headers } from 'next/headers';
import { TagActions } from '@/components/tags/tag-actions';
import { TagView } from '@/components/tasks/tag-view';
import { PAGE_HEADER } from '@/lib/sign-in-path';

export async function generateMetadata(): Promise<Metadata> {
  return { title: `#${await tagOfPage()}` };
}

export default async function TagPage() {
  const name = await tagOfPage();
  return <TagView name={name} actions={<TagActions name={name} />} />;
}

/**
 * By the page's address. Next gives its parameter as it stands there or decoded already, by the way
 * that leads to the page, and `100%` cannot be decoded twice.
 */
async function tagOfPage(): Promise<string> {
  const page = new URL((await headers()).get(PAGE_HEADER) ?? '', 'http://localhost');
  return decodeURIComponent(page.pathname.split('/').at(-1) ?? '');
}
