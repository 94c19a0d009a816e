/** What is wrong with a form, and with none of its fields. */
export function FormProblem({ message }: { message: string | undefined }) {
  if (message === undefined) return null;
  return (
    <p role="alert" className="text-danger">
      {message}
    </p>
  );
}
