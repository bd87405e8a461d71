import { randomBytes } from 'node:crypto';
import type { Sandbox } from '../server/sandbox.ts';
import type { AccessTokens } from './access-tokens.ts';

/** The PayPal face of the sandbox provider: the same clock, scripts, keys and store, with tables of its own. */
export interface Paypal {
  sandbox: Sandbox;
  tokens: AccessTokens;
  sendsEvents: boolean;
  /** Accounts whose orders refuse every change, by a control call. */
  refusesChanges: Set<string>;
}

/** The id of the one webhook every account here has. */
export const sandboxWebhookId = 'WH-SANDBOX';

export interface OrderRow {
  seq: number;
  id: string;
  account: string;
  capture_id: string | null;
  token_id: string;
  custom_id: string | null;
  invoice_id: string | null;
  hundredths: number;
  currency: string;
  description: string;
  intent: 'CAPTURE' | 'AUTHORIZE';
  status: 'PAYER_ACTION_REQUIRED' | 'APPROVED' | 'COMPLETED';
  capture_status: 'COMPLETED' | 'DECLINED' | 'PENDING' | null;
  response_code: string | null;
  refunded: number;
  created_at: number;
  captured_at: number | null;
}

export interface PaymentTokenRow {
  id: string;
  account: string;
  kind: 'card' | 'paypal';
  /** The test token whose rule its charges follow. */
  token: string;
  customer_id: string;
  merchant_customer_id: string | null;
  succeeded_count: number;
  created_at: number;
}

const tables = [
  `CREATE TABLE IF NOT EXISTS paypal_orders (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, account TEXT NOT NULL, capture_id TEXT UNIQUE, token_id TEXT NOT NULL,
    custom_id TEXT, invoice_id TEXT, hundredths INTEGER NOT NULL, currency TEXT NOT NULL, description TEXT NOT NULL,
    intent TEXT NOT NULL, status TEXT NOT NULL, capture_status TEXT, response_code TEXT, refunded INTEGER NOT NULL DEFAULT 0,
    decide_at INTEGER, created_at INTEGER NOT NULL, captured_at INTEGER) STRICT`,
  'CREATE INDEX IF NOT EXISTS paypal_orders_by_invoice ON paypal_orders (account, invoice_id)',
  'CREATE INDEX IF NOT EXISTS paypal_orders_by_capture ON paypal_orders (account, captured_at)',
  'CREATE INDEX IF NOT EXISTS paypal_orders_to_decide ON paypal_orders (decide_at) WHERE decide_at IS NOT NULL',
  `CREATE TABLE IF NOT EXISTS paypal_refunds (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, account TEXT NOT NULL, order_id TEXT NOT NULL, custom_id TEXT,
    invoice_id TEXT, hundredths INTEGER NOT NULL, currency TEXT NOT NULL, created_at INTEGER NOT NULL) STRICT`,
  'CREATE INDEX IF NOT EXISTS paypal_refunds_by_order ON paypal_refunds (order_id)',
  'CREATE INDEX IF NOT EXISTS paypal_refunds_by_time ON paypal_refunds (account, created_at)',
  `CREATE TABLE IF NOT EXISTS paypal_setup_tokens (
    id TEXT PRIMARY KEY, account TEXT NOT NULL, customer_id TEXT NOT NULL, merchant_customer_id TEXT, status TEXT NOT NULL,
    token TEXT, return_url TEXT NOT NULL, created_at INTEGER NOT NULL) STRICT`,
  `CREATE TABLE IF NOT EXISTS paypal_payment_tokens (
    id TEXT PRIMARY KEY, account TEXT NOT NULL, kind TEXT NOT NULL, token TEXT NOT NULL, customer_id TEXT NOT NULL,
    merchant_customer_id TEXT, succeeded_count INTEGER NOT NULL DEFAULT 0, created_at INTEGER NOT NULL) STRICT`,
  'CREATE INDEX IF NOT EXISTS paypal_payment_tokens_by_customer ON paypal_payment_tokens (account, customer_id)',
  `CREATE TABLE IF NOT EXISTS paypal_events (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, account TEXT NOT NULL, body TEXT NOT NULL, created_at INTEGER NOT NULL,
    attempt_count INTEGER NOT NULL DEFAULT 0, next_at INTEGER, last_error TEXT) STRICT`,
  'CREATE INDEX IF NOT EXISTS paypal_events_due ON paypal_events (next_at) WHERE next_at IS NOT NULL',
  'CREATE INDEX IF NOT EXISTS paypal_events_by_account ON paypal_events (account, created_at)',
  `CREATE TABLE IF NOT EXISTS paypal_disputes (
    id TEXT PRIMARY KEY, order_id TEXT NOT NULL, hundredths INTEGER NOT NULL, reason TEXT NOT NULL, status TEXT NOT NULL,
    created_at INTEGER NOT NULL) STRICT`,
  'CREATE INDEX IF NOT EXISTS paypal_disputes_by_order ON paypal_disputes (order_id)',
];

const addedColumns = [
  ['paypal_events', 'copies', 'INTEGER NOT NULL DEFAULT 1'],
  ['paypal_events', 'flaw', 'TEXT'],
  ['paypal_refunds', 'status', "TEXT NOT NULL DEFAULT 'COMPLETED'"],
  ['paypal_refunds', 'decide_at', 'INTEGER'],
  ['paypal_refunds', 'fails', 'INTEGER NOT NULL DEFAULT 0'],
] as const;

export function openPaypal(parts: Pick<Paypal, 'sandbox' | 'tokens' | 'sendsEvents'>): Paypal {
  parts.sandbox.createTables(tables);
  parts.sandbox.addColumns(addedColumns);
  parts.sandbox.createTables([
    'CREATE INDEX IF NOT EXISTS paypal_events_flawed ON paypal_events (flaw) WHERE flaw IS NOT NULL',
    'CREATE INDEX IF NOT EXISTS paypal_refunds_to_decide ON paypal_refunds (decide_at) WHERE decide_at IS NOT NULL',
  ]);
  return { ...parts, refusesChanges: new Set() };
}

/** Seventeen capitals and digits, as PayPal's ids look. */
export function newPaypalId(): string {
  return randomBytes(9).toString('hex').toUpperCase().slice(0, 17);
}
