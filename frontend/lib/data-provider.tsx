'use client';

import { createContext, useContext, useEffect, useState, useSyncExternalStore, type ReactNode } from 'react';
import { createData, type Data } from '@/lib/data';
import type { Initial } from '@/lib/initial';
import type { Remote, State } from '@/lib/remote';

const DataContext = createContext<Data | null>(null);

/** Holds what the page knows. */
export function DataProvider({ initial, children }: { initial: Initial | null; children: ReactNode }) {
  const [data] = useState(() => createData(initial));
  return <DataContext value={data}>{children}</DataContext>;
}

export function useData(): Data {
  const data = useContext(DataContext);
  if (!data) throw new Error('useData belongs inside a DataProvider');
  return data;
}

/** What is known of something on the server; it is read if nothing is. */
export function useRemote<T>(remote: Remote<T>): State<T> {
  const state = useSyncExternalStore(remote.subscribe, remote.state, remote.state);
  useEffect(() => remote.ensure(), [remote]);
  return state;
}
