import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { signUp } from '@/components/auth/actions';
import { AuthCard } from '@/components/auth/auth-card';
import { AuthForm } from '@/components/auth/auth-form';
import { destination, HOME } from '@/components/auth/destination';
import { MIN_PASSWORD_LENGTH } from '@/lib/auth/password';
import { authMessages } from '@/lib/messages/auth';
import { currentSession } from '@/lib/session';

const text = authMessages;

export const metadata: Metadata = { title: text.signUp };

export default async function SignUpPage({ searchParams }: PageProps<'/sign-up'>) {
  const next = destination((await searchParams).next);
  if (await currentSession()) redirect(next);
  const other = next === HOME ? '/sign-in' : `/sign-in?next=${encodeURIComponent(next)}`;
  return (
    <AuthCard title={text.signUpTitle} question={text.toSignIn} answer={text.signIn} href={other}>
      <AuthForm kind="sign-up" action={signUp} next={next} minPasswordLength={MIN_PASSWORD_LENGTH} />
    </AuthCard>
  );
}
