/** More than the backend takes in one JSON document, so that its own answer is what people see. */
const MAX_BYTES = 512 * 1024;
/** A file to be imported is read line by line. */
const MAX_IMPORT_BYTES = 256 * 1024 * 1024;

/** More came than may. */
export class TooLarge extends Error {
  override name = 'TooLarge';
}

export function limitFor(path: string): number {
  return path === '/import' ? MAX_IMPORT_BYTES : MAX_BYTES;
}

/** The body as it comes, as far as it keeps within `limit`. Throws at once if it says that it will not. */
export function capped(request: Request, limit: number): ReadableStream<Uint8Array> | null {
  if (Number(request.headers.get('content-length') ?? 0) > limit) throw new TooLarge();
  let seen = 0;
  const counter = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      seen += chunk.byteLength;
      if (seen > limit) controller.error(new TooLarge());
      else controller.enqueue(chunk);
    },
  });
  return request.body?.pipeThrough(counter) ?? null;
}
