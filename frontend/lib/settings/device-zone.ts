import { announce, announceProblem } from '@/lib/announce';
import { messageOf } from '@/lib/api/errors';
import type { Data } from '@/lib/data';
import { settingsMessages } from '@/lib/messages/settings';
import { changeProfile } from '@/lib/settings/change-profile';
import { deviceZone, wallTime } from '@/lib/time/zone';

const text = settingsMessages.account;
const TOLD = 'taskflow-told-zone ';

/** Offers the zone of this device to somebody at home in another, once for each zone. */
export function offerDeviceZone(data: Data): void {
  const home = data.profile.value?.time_zone;
  const here = deviceZone();
  if (home === undefined || isSameTime(home, here) || !isNews(here)) return;
  announce(text.away(home, here), { label: text.useDevice, run: () => void take(data, here) });
}

/** A zone may have two names, and nobody minds being in Paris with the clocks of Berlin. */
function isSameTime(home: string, here: string): boolean {
  const now = Date.now();
  return wallTime(now, home) === wallTime(now, here);
}

/** A browser that remembers nothing would be told each time: rather never. */
function isNews(zone: string): boolean {
  const key = TOLD + zone;
  try {
    const wasTold = localStorage.getItem(key) !== null;
    localStorage.setItem(key, 'yes');
    return !wasTold;
  } catch {
    return false;
  }
}

async function take(data: Data, zone: string): Promise<void> {
  try {
    await changeProfile(data, { time_zone: zone });
  } catch (error) {
    announceProblem(messageOf(error));
  }
}
