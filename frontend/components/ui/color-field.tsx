'use client';

import { FieldGroup } from '@/components/ui/input';
import { COLORS } from '@/lib/colors';
import { dialogsMessages } from '@/lib/messages/dialogs';

const text = dialogsMessages.project;

export const FIRST_COLOR: string = COLORS[0];

type Props = { color: string | null; error: string | undefined; onChange: (color: string) => void };

/** One of a few colours. One that was set otherwise is none of them, and stays until another is chosen. */
export function ColorField({ color, error, onChange }: Props) {
  return (
    <FieldGroup id="color" error={error}>
      <legend className="mb-1.5 font-medium">{text.color}</legend>
      <div className="flex flex-wrap gap-1.5">
        {COLORS.map((value, index) => (
          <label
            key={value}
            className="relative grid size-8 place-items-center rounded-full has-checked:ring-2 has-checked:ring-foreground has-focus-visible:outline-2 has-focus-visible:outline-offset-2 touch"
          >
            <input
              type="radio"
              name="color"
              aria-label={text.colors[index]}
              checked={value === color}
              onChange={() => onChange(value)}
              className="absolute inset-0 cursor-pointer opacity-0"
            />
            <span aria-hidden className="size-6 rounded-full" style={{ backgroundColor: value }} />
          </label>
        ))}
      </div>
    </FieldGroup>
  );
}
