import 'server-only';
import { cookies } from 'next/headers';
import { MERGE_PATCH } from '@/lib/api';
import { createApi } from '@/lib/api/client';
import { findBearer } from '@/lib/auth/bearer';
import { backendFor } from '@/lib/backend';
import { isZone } from '@/lib/time/zone';

/** A new account lives where its first browser does. Where that cannot be said, the settings can. */
export async function keepTimeZone(zone: unknown): Promise<void> {
  if (typeof zone !== 'string' || !isZone(zone)) return;
  // The cookie that was set just now is not among the headers of this request.
  const cookie = (await cookies()).toString();
  const found = await findBearer(new Headers({ cookie })).catch(() => null);
  if (!found) return;
  const api = createApi(backendFor(found.bearer));
  await api.PATCH('/profile', { headers: MERGE_PATCH, body: { time_zone: zone } }).catch(() => undefined);
}
