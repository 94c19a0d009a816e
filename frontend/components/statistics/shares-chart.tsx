import { clsx } from 'clsx/lite';

export type Share = {
  key: string;
  label: string;
  count: number;
  /** A background class, or else a colour. */
  className?: string;
  color?: string | null;
};

/** A bar for each share, of the length of its part of the most. */
export function SharesChart({ shares }: { shares: readonly Share[] }) {
  const most = Math.max(1, ...shares.map(({ count }) => count));
  return (
    <dl className="grid grid-cols-[minmax(4rem,auto)_1fr_auto] items-center gap-x-3 gap-y-2">
      {shares.map(({ key, label, count, className, color }) => (
        <div key={key} className="contents">
          <dt className="max-w-40 truncate text-muted">{label}</dt>
          <dd aria-hidden className="h-3 overflow-hidden rounded-full bg-hover">
            <span
              className={clsx('block h-full rounded-full', className ?? (color ? '' : 'bg-line-strong'))}
              style={{ width: `${(count / most) * 100}%`, backgroundColor: color ?? undefined }}
            />
          </dd>
          <dd className="text-right tabular-nums">{count}</dd>
        </div>
      ))}
    </dl>
  );
}
