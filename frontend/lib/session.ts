import 'server-only';
import { cookies, headers } from 'next/headers';
import { redirect } from 'next/navigation';
import { cache } from 'react';
import { auth } from '@/lib/auth';
import { bearerOfPage, type Bearer } from '@/lib/auth/bearer';
import { PAGE_HEADER, signInPath } from '@/lib/sign-in-path';

/** The session as it is at this moment. It is not prolonged here: see `bearerOfPage`. */
export const sessionNow = async () =>
  auth().api.getSession({ headers: await headersNow(), query: { disableRefresh: true } });

/** The session of the page that is being drawn, asked for once. */
export const currentSession = cache(sessionNow);

/** The signed-in user, or else the way to the sign-in page, and back. */
export async function requireUser() {
  const session = await currentSession();
  if (!session) redirect(await signInHere());
  return session.user;
}

/** What the page that is being drawn shows to the backend. */
export async function requireBearer(): Promise<Bearer> {
  const bearer = await bearerOfPage(await headersNow());
  if (!bearer) redirect(await signInHere());
  return bearer;
}

async function signInHere(): Promise<string> {
  return signInPath((await headers()).get(PAGE_HEADER));
}

/** With the cookies as they are now: the form that this page answers may have exchanged them. */
async function headersNow(): Promise<Headers> {
  const now = new Headers(await headers());
  now.set('cookie', (await cookies()).toString());
  return now;
}
