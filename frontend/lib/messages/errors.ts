import { errors } from '@/messages/en/errors';

export const errorMessages: typeof errors = errors;
