import LoadFailure from '@/components/ui/load-failure';
import { viewsMessages } from '@/lib/messages/views';

const text = viewsMessages.calendar;

type Props = { left: number; isCut: boolean; isLoading: boolean; error: Error | null; retry: () => void };

/** What of some days is not shown: not yet, not now, or not at all. Its room is there before it. */
export function DaysNote({ left, isCut, isLoading, error, retry }: Props) {
  if (error) return <LoadFailure error={error} retry={retry} isPart />;
  const notes = [isCut ? [text.isCut] : [], left > 0 ? [text.left(left)] : []].flat();
  return (
    <p role="status" className="min-h-5 shrink-0 px-5 text-xs text-muted sm:px-7">
      {isLoading ? text.loading : notes.join(' ')}
    </p>
  );
}
