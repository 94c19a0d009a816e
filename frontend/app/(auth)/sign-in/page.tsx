import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { signIn } from '@/components/auth/actions';
import { AuthCard } from '@/components/auth/auth-card';
import { AuthForm } from '@/components/auth/auth-form';
import { destination, HOME } from '@/components/auth/destination';
import { MIN_PASSWORD_LENGTH } from '@/lib/auth/password';
import { authMessages } from '@/lib/messages/auth';
import { currentSession } from '@/lib/session';

const text = authMessages;

export const metadata: Metadata = { title: text.signIn };

export default async function SignInPage({ searchParams }: PageProps<'/sign-in'>) {
  const next = destination((await searchParams).next);
  if (await currentSession()) redirect(next);
  const other = next === HOME ? '/sign-up' : `/sign-up?next=${encodeURIComponent(next)}`;
  return (
    <AuthCard title={text.signInTitle} question={text.toSignUp} answer={text.signUp} href={other}>
      <AuthForm kind="sign-in" action={signIn} next={next} minPasswordLength={MIN_PASSWORD_LENGTH} />
    </AuthCard>
  );
}
