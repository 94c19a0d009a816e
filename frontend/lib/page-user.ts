/** In this header a request says whose page it comes from. */
export const USER_HEADER = 'x-taskflow-user';

let user: string | undefined;

/** Whose page this is, as the server has written into it. It stays theirs until it goes, whoever is signed in by then. */
export function pageUser(): string | undefined {
  user ??= document.querySelector<HTMLElement>('[data-user]')?.dataset.user;
  return user;
}

/** The same request, which says whose page it comes from. */
export function ofThisPage(request: Request): Request {
  const theirs = pageUser();
  if (theirs !== undefined) request.headers.set(USER_HEADER, theirs);
  return request;
}
