'use client';

import { AccountForm } from '@/components/settings/account-form';
import { changeEmail, changeName, changePassword } from '@/components/settings/actions';
import { HabitsForm } from '@/components/settings/habits-form';
import { Section } from '@/components/settings/section';
import { ZoneForm } from '@/components/settings/zone-form';
import { Field, Input } from '@/components/ui/input';
import { authMessages } from '@/lib/messages/auth';
import { settingsMessages } from '@/lib/messages/settings';

const text = settingsMessages.account;

type Props = { user: { id: string; name: string; email: string }; minPasswordLength: number };

/** Who somebody is here. */
export function AccountSettings({ user, minPasswordLength }: Props) {
  const whose = <input type="hidden" name="user" value={user.id} />;
  return (
    <>
      <Section title={text.profile}>
        <AccountForm action={changeName} label={settingsMessages.save}>
          {({ errors }) => (
            <>
              {whose}
              <Field id="name" label={authMessages.name} error={errors.name}>
                {(described) => <Input {...described} name="name" autoComplete="name" defaultValue={user.name} required />}
              </Field>
            </>
          )}
        </AccountForm>
      </Section>
      <Section title={text.zone} hint={text.zoneHint}>
        <ZoneForm />
      </Section>
      <Section title={text.habits} hint={text.habitsHint}>
        <HabitsForm />
      </Section>
      <Section title={text.email} hint={text.emailHint}>
        <AccountForm action={changeEmail} label={settingsMessages.save}>
          {({ errors }) => (
            <>
              {whose}
              <Field id="email" label={text.email} error={errors.email}>
                {(described) => (
                  <Input {...described} name="email" type="email" autoComplete="email" defaultValue={user.email} required />
                )}
              </Field>
            </>
          )}
        </AccountForm>
      </Section>
      <Section title={text.password} hint={text.passwordHint}>
        <AccountForm action={changePassword} label={text.changePassword}>
          {({ errors }) => (
            <>
              {/* So that a password manager knows whose it is. */}
              <input type="hidden" autoComplete="username" value={user.email} readOnly />
              <Field id="password" label={text.currentPassword} error={errors.password}>
                {(described) => (
                  <Input {...described} name="password" type="password" autoComplete="current-password" required />
                )}
              </Field>
              <Field
                id="new-password"
                label={text.newPassword}
                hint={authMessages.passwordHint(minPasswordLength)}
                error={errors.newPassword}
              >
                {(described) => (
                  <Input {...described} name="newPassword" type="password" autoComplete="new-password" required />
                )}
              </Field>
            </>
          )}
        </AccountForm>
      </Section>
    </>
  );
}
