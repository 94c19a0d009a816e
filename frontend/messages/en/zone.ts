/** `America/New_York` as one reads it. */
export const zoneInWords = (zone: string): string => zone.replaceAll('_', ' ');
