import type { Metadata } from 'next';
import { TagActions } from '@/components/tags/tag-actions';
import { TagView } from '@/components/tasks/tag-view';

type Props = PageProps<'/tags/[name]'>;

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `#${await nameOf(params)}` };
}

export default async function TagPage({ params }: Props) {
  const name = await nameOf(params);
  return <TagView name={name} actions={<TagActions name={name} />} />;
}

async function nameOf(params: Props['params']): Promise<string> {
  return decodeURIComponent((await params).name);
}
