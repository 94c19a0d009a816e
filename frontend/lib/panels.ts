import { createStore } from '@/lib/store';

/** What lies over the page, wherever it was asked for. */
export type Panel = 'palette' | 'help' | 'menu' | 'new-project' | 'quick-add';

export const openPanel = createStore<Panel | null>(null);

export const closePanel = () => openPanel.set(null);
