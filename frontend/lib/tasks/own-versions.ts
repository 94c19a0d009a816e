/**
 * Our own writes move versions on. Somebody who edits a task twice in a row saw the version
 * before the first answer; that is no conflict.
 */
export class OwnVersions {
  readonly #moves = new Map<string, Map<number, number>>();

  /** A write of ours took the task from one version to another. */
  moved(id: string, from: number, to: number): void {
    const moves = this.#moves.get(id) ?? new Map<number, number>();
    this.#moves.set(id, moves.set(from, to));
  }

  /** The version that differs from this one only by what we did ourselves. */
  after(id: string, version: number): number {
    const moves = this.#moves.get(id);
    let current = version;
    for (let next = moves?.get(current); next !== undefined && next > current; next = moves?.get(current)) {
      current = next;
    }
    return current;
  }
}
