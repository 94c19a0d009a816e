import { Skeleton } from '@/components/ui/skeleton';

const WIDTHS = ['w-56', 'w-72', 'w-44', 'w-64', 'w-52', 'w-60'];

/** A list that is on its way. */
export default function ListSkeleton() {
  return (
    <div className="mx-3 grid gap-1 pt-8 sm:mx-3.5">
      {WIDTHS.map((width) => (
        <div key={width} className="flex h-10 items-center gap-3 px-2.5">
          <Skeleton className="size-[1.125rem] rounded-full" />
          <Skeleton className={`h-3.5 ${width}`} />
          <Skeleton className="ml-auto h-3.5 w-16" />
        </div>
      ))}
    </div>
  );
}
