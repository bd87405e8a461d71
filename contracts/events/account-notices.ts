import { z } from 'zod';
import { id, instant } from './snapshots.ts';

/**
 * What `notifications.requested` tells of accounts, by its `kind`. The links open what they are for: whoever reads the topic can
 * follow them, so they are for senders alone, and each counts once.
 */
export const accountNotices = {
  invitation: z.strictObject({
    invitation_id: id,
    email: z.string().min(1),
    role: z.string().min(1),
    tenant_name: z.string().min(1),
    url: z.url(),
    expires_at: instant,
  }),
  password_reset: z.strictObject({
    user_id: id,
    email: z.string().min(1),
    url: z.url(),
    expires_at: instant,
  }),
} as const;

export type AccountNotice<Kind extends keyof typeof accountNotices> = z.input<(typeof accountNotices)[Kind]>;
