'use client';

import { Bell, CheckCheck } from 'lucide';
import { useSearchParams } from 'next/navigation';
import { lazy, Suspense, useCallback, useMemo } from 'react';
import { Notification } from '@/components/notifications/notification';
import { Button } from '@/components/ui/button';
import { EmptyState } from '@/components/ui/empty-state';
import { Icon } from '@/components/ui/icon';
import { MoreButton } from '@/components/ui/more-button';
import { Page } from '@/components/ui/page';
import { Segments } from '@/components/ui/segments';
import { Skeleton } from '@/components/ui/skeleton';
import { setParameters } from '@/lib/address';
import { announceProblem } from '@/lib/announce';
import { api, read } from '@/lib/api';
import { messageOf } from '@/lib/api/errors';
import { useData, useRemote } from '@/lib/data-provider';
import type { Aggregate } from '@/lib/heard';
import { Listing } from '@/lib/listing';
import { messages } from '@/lib/messages';
import { notificationsMessages } from '@/lib/messages/notifications';
import { markRead, remove, type Item } from '@/lib/notifications/change';
import { followNotifications, named } from '@/lib/notifications/follow';
import { EMPTY } from '@/lib/tasks/collection';
import { useFollowing, type Patch } from '@/lib/use-following';

const LoadFailure = lazy(() => import('@/components/ui/load-failure'));
const text = notificationsMessages;
const OF_NOTIFICATIONS: readonly Aggregate[] = ['notification'];

/** What somebody was told in the app. */
export function NotificationsView() {
  const isUnreadOnly = useSearchParams().get('show') === 'unread';
  const data = useData();
  const { value: unread = 0 } = useRemote(data.unread);
  const listing = useMemo(() => new Listing<Item>((cursor) => readPage(isUnreadOnly, cursor)), [isUnreadOnly]);
  const follow = useCallback<Patch>(
    (notices) => followNotifications(listing, isUnreadOnly, notices),
    [listing, isUnreadOnly],
  );
  const { value, error } = useFollowing(listing, OF_NOTIFICATIONS, follow);
  // A task that is renamed or deleted is called otherwise here, too.
  const { value: tasks = EMPTY } = useRemote(data.tasks);
  const act = async (change: Promise<unknown>) => {
    try {
      await change;
    } catch (problem) {
      announceProblem(messageOf(problem));
    }
  };
  const places = { listing, unread: data.unread };
  return (
    <Page
      title={messages.nav.notifications}
      note={unread > 0 ? text.unread(unread) : null}
      actions={
        <>
          <Segments
            label={text.show}
            value={isUnreadOnly ? 'unread' : 'all'}
            options={[
              { value: 'all', label: text.all },
              { value: 'unread', label: text.onlyUnread },
            ]}
            onChange={(show) => setParameters({ show: show === 'all' ? null : show })}
          />
          <Button size="small" disabled={unread === 0} onClick={() => void act(markRead(places, null))}>
            <Icon of={CheckCheck} className="size-4" />
            {text.readAll}
          </Button>
        </>
      }
    >
      <Suspense fallback={null}>
        {error && !value ? <LoadFailure error={error} retry={() => void listing.refresh()} /> : null}
      </Suspense>
      {value || error ? null : <Loading />}
      {value?.items.length === 0 ? <EmptyState icon={Bell} {...text.empty} /> : null}
      <ul className="divide-y">
        {value?.items.map((item) => (
          <Notification
            key={item.id}
            item={named(item, tasks)}
            onRead={() => void act(markRead(places, item))}
            onRemove={() => void act(remove(places, item))}
          />
        ))}
      </ul>
      {value && value.next !== null ? <MoreButton more={() => listing.more()} /> : null}
    </Page>
  );
}

function readPage(isUnreadOnly: boolean, cursor: string | null) {
  const query = { ...(isUnreadOnly ? { unread: true } : {}), ...(cursor === null ? {} : { cursor }) };
  return read(api.GET('/notifications', { params: { query } }));
}

function Loading() {
  return (
    <div className="grid gap-3 pt-2">
      {['w-2/3', 'w-1/2', 'w-3/5'].map((width) => (
        <Skeleton key={width} className={`h-10 ${width}`} />
      ))}
    </div>
  );
}
