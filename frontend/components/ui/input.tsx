import { clsx } from 'clsx/lite';
import type { ComponentProps } from 'react';
import { described, FormProblem } from '@/components/ui/form-problem';

export const fieldClass =
  'w-full rounded-control border border-line-strong/60 bg-raised px-3 text-foreground transition-[border-color] ' +
  'placeholder:text-muted hover:border-line-strong aria-invalid:border-danger';

export function Input({ className, ...rest }: ComponentProps<'input'>) {
  // 16 px on phones: below that, Safari zooms in.
  return <input className={clsx(fieldClass, 'h-10 text-base sm:h-9 sm:text-sm touch', className)} {...rest} />;
}

type FieldProps = {
  id: string;
  label: string;
  hint?: string;
  error?: string;
  children: (described: { id: string; 'aria-invalid': boolean; 'aria-describedby': string | undefined }) => React.ReactNode;
};

/** A label, a control, and what is wrong with what it holds. */
export function Field({ id, label, hint, error, children }: FieldProps) {
  const note = error ?? hint;
  const noteId = `${id}-note`;
  return (
    <div className="grid gap-1.5">
      <label htmlFor={id} className="font-medium">
        {label}
      </label>
      {children({ id, 'aria-invalid': error !== undefined, 'aria-describedby': note ? noteId : undefined })}
      {note ? (
        <p id={noteId} className={clsx('text-[0.8125rem]', error ? 'text-danger' : 'text-muted')}>
          {note}
        </p>
      ) : null}
    </div>
  );
}

type GroupProps = { id: string; error: string | undefined; className?: string; children: React.ReactNode };

/** Several controls that are one field, and what is wrong with what they hold together. */
export function FieldGroup({ id, error, className, children }: GroupProps) {
  const noteId = `${id}-note`;
  return (
    <fieldset className={className} {...described(noteId, error)}>
      {children}
      <FormProblem id={noteId} message={error} className="mt-1.5 text-[0.8125rem]" />
    </fieldset>
  );
}
