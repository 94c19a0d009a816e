'use client';

import { Eye, EyeOff } from 'lucide';
import { useState } from 'react';
import { Icon } from '@/components/ui/icon';
import { Field, Input } from '@/components/ui/input';
import { authMessages } from '@/lib/messages/auth';

type Props = { autoComplete: 'current-password' | 'new-password'; hint?: string; error?: string };

export function PasswordField({ autoComplete, hint, error }: Props) {
  const [isShown, setIsShown] = useState(false);
  const icon = isShown ? EyeOff : Eye;
  return (
    <Field id="password" label={authMessages.password} hint={hint} error={error}>
      {(described) => (
        <div className="relative">
          <Input
            {...described}
            name="password"
            type={isShown ? 'text' : 'password'}
            autoComplete={autoComplete}
            required
            className="pr-11"
          />
          <button
            type="button"
            onClick={() => setIsShown(!isShown)}
            aria-label={isShown ? authMessages.hidePassword : authMessages.showPassword}
            className="absolute inset-y-0 right-0 grid w-10 place-items-center rounded-control text-muted hover:text-foreground"
          >
            <Icon of={icon} className="size-4" />
          </button>
        </div>
      )}
    </Field>
  );
}
