import 'server-only';
import { compare, hash } from 'bcryptjs';

const COST = 12;

/** bcrypt looks at no more bytes than these. */
export const MAX_PASSWORD_BYTES = 72;
export const MIN_PASSWORD_LENGTH = 10;

/** Better Auth counts characters; an umlaut has two bytes, and what bcrypt drops protects nothing. */
export function fitsBcrypt(password: string): boolean {
  return Buffer.byteLength(password, 'utf8') <= MAX_PASSWORD_BYTES;
}

export const password = {
  async hash(text: string): Promise<string> {
    if (!fitsBcrypt(text)) throw new RangeError('The password has more than 72 bytes');
    return hash(text, COST);
  },
  async verify({ hash: kept, password: text }: { hash: string; password: string }): Promise<boolean> {
    return fitsBcrypt(text) && compare(text, kept);
  },
};
