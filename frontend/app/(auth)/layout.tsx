import { CircleCheckBig } from 'lucide';
import type { ReactNode } from 'react';
import { Icon } from '@/components/ui/icon';
import { messages } from '@/lib/messages';

export default function AuthLayout({ children }: { children: ReactNode }) {
  return (
    <main className="grid min-h-dvh place-items-center bg-sidebar px-4 py-10">
      <div className="w-full max-w-[23rem]">
        <p className="mb-8 flex items-center justify-center gap-2 text-lg font-semibold tracking-tight">
          <Icon of={CircleCheckBig} className="size-6 text-accent" />
          {messages.app.name}
        </p>
        {children}
      </div>
    </main>
  );
}
