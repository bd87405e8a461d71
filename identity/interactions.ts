import type { Context } from 'hono';
import type { Subject } from './subject.ts';

/** Somebody at the login page, sent there by an application that asked for authorization. */
export interface Interaction {
  uid: string;
  client: { id: string; name: string; isFirstParty: boolean };
  /** `login`: say who you are; `consent`: allow this application of a business what it asks for. */
  prompt: 'login' | 'consent';
  /** Known already, where only consent is missing. */
  subject: Subject | null;
  scopes: readonly string[];
  loginHint: string | null;
  /** The languages its application asked for, as it spelled them. */
  uiLocales: string | null;
}

/** The authorization that waits behind the login pages: the pages ask and decide, the OAuth2 server goes on. */
export interface Interactions {
  /** Null where it is over, or belongs to another browser. */
  find(c: Context): Promise<Interaction | null>;
  /** The browser goes back to the application. `methods` as in `amr`: `pwd`, `otp`. */
  signIn(c: Context, subject: Subject, methods: readonly string[]): Promise<Response>;
  allow(c: Context): Promise<Response>;
  deny(c: Context): Promise<Response>;
}
