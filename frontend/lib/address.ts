/** Writes parameters into the address, without a journey; null takes one out. */
export function setParameters(changes: Readonly<Record<string, string | readonly string[] | null>>): void {
  const url = new URL(window.location.href);
  for (const [name, value] of Object.entries(changes)) {
    url.searchParams.delete(name);
    for (const each of value === null ? [] : [value].flat()) url.searchParams.append(name, each);
  }
  window.history.replaceState(null, '', url.pathname + url.search);
}
