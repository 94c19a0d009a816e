import { redirect } from 'next/navigation';
import { HOME } from '@/components/auth/destination';

export default function RootPage() {
  redirect(HOME);
}
