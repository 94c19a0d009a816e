import type { Metadata } from 'next';
import { TagView } from '@/components/tasks/tag-view';

type Props = PageProps<'/tags/[name]'>;

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `#${await nameOf(params)}` };
}

export default async function TagPage({ params }: Props) {
  return <TagView name={await nameOf(params)} />;
}

async function nameOf(params: Props['params']): Promise<string> {
  return decodeURIComponent((await params).name);
}
