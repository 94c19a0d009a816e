import 'server-only';
import { headers } from 'next/headers';
import { redirect } from 'next/navigation';
import { cache } from 'react';
import { auth } from '@/lib/auth';
import { findBearer, type Bearer } from '@/lib/auth/bearer';

/** The session as it is at this moment. */
export const sessionNow = async () => auth().api.getSession({ headers: await headers() });

/** The session of the page that is being drawn, asked for once. */
export const currentSession = cache(sessionNow);

/** The signed-in user, or else the way to the sign-in page. */
export async function requireUser() {
  const session = await currentSession();
  if (!session) redirect('/sign-in');
  return session.user;
}

/** What the page that is being drawn shows to the backend. */
export async function requireBearer(): Promise<Bearer> {
  const found = await findBearer(await headers());
  if (!found) redirect('/sign-in');
  return found.bearer;
}
