import { clsx } from 'clsx/lite';
import { statisticsMessages } from '@/lib/messages/statistics';
import type { Day } from '@/lib/time/day';
import { formatDay } from '@/lib/time/format';

export type DayCount = { day: Day; count: number };

const WIDTH = 60;
const BAR = 30;
const HEIGHT = 130;
const LABEL = 22;
const NUMBER = 18;

/** A bar for each day. A screen reader gets a table. */
export function DaysChart({ days, title }: { days: readonly DayCount[]; title: string }) {
  const most = Math.max(1, ...days.map(({ count }) => count));
  return (
    <figure>
      <svg
        aria-hidden
        viewBox={`0 0 ${days.length * WIDTH} ${NUMBER + HEIGHT + LABEL}`}
        className="w-full max-w-md"
      >
        {days.map(({ day, count }, index) => {
          const height = (count / most) * HEIGHT;
          const left = index * WIDTH + (WIDTH - BAR) / 2;
          const isLast = index === days.length - 1;
          return (
            <g key={day}>
              <rect x={left} y={NUMBER} width={BAR} height={HEIGHT} rx={5} className="fill-hover" />
              <rect
                x={left}
                y={NUMBER + HEIGHT - height}
                width={BAR}
                height={height}
                rx={5}
                className={isLast ? 'fill-accent' : 'fill-accent/55'}
              />
              <text x={left + BAR / 2} y={NUMBER + HEIGHT - height - 5} textAnchor="middle" fontSize={11} className="fill-foreground tabular-nums">
                {count}
              </text>
              <text
                x={left + BAR / 2}
                y={NUMBER + HEIGHT + 15}
                textAnchor="middle"
                fontSize={11}
                className={clsx(isLast ? 'fill-foreground font-semibold' : 'fill-muted')}
              >
                {formatDay(day, 'weekday')}
              </text>
            </g>
          );
        })}
      </svg>
      <table className="sr-only">
        <caption>{title}</caption>
        <thead>
          <tr>
            <th scope="col">{statisticsMessages.day}</th>
            <th scope="col">{statisticsMessages.tasks}</th>
          </tr>
        </thead>
        <tbody>
          {days.map(({ day, count }) => (
            <tr key={day}>
              <th scope="row">{formatDay(day, 'full')}</th>
              <td>{count}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}
