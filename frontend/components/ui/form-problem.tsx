import { clsx } from 'clsx/lite';

type Props = {
  /** Of the field that names it as its description. */
  id?: string;
  message: string | undefined;
  className?: string;
};

/** What is wrong with a form, or with a field that has no room for a label. */
export function FormProblem({ id, message, className }: Props) {
  if (message === undefined) return null;
  return (
    <p id={id} role="alert" className={clsx('text-danger', className)}>
      {message}
    </p>
  );
}

/** For a field: whether it is wrong, and where that is said. */
export function described(id: string, message: string | undefined) {
  return message === undefined ? {} : ({ 'aria-invalid': true, 'aria-describedby': id } as const);
}
