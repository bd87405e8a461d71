import * as acts from './acts.ts';

/** A small business whose customers are in nearly every state a subscription can be in. */
export const shopName = 'Lighthouse Books';

export type ShopPlan = 'reader' | 'plus' | 'yearly' | 'seat' | 'daily';

export const shopPlans: Readonly<Record<ShopPlan, Record<string, unknown>>> = {
  reader: {
    ...{ name: 'Reader', description: 'Two books a month.' },
    ...{ amount: 900, currency: 'EUR', interval: 'month', pricing_model: 'flat' },
  },
  plus: {
    ...{ name: 'Reader Plus', description: 'All books, and talks with their authors. Two weeks for nothing.' },
    ...{ amount: 1900, currency: 'EUR', interval: 'month', pricing_model: 'flat', trial_period_days: 14 },
  },
  yearly: {
    ...{ name: 'Reader Plus, yearly', description: 'Twelve months for the price of ten.' },
    ...{ amount: 19_000, currency: 'EUR', interval: 'year', pricing_model: 'flat' },
  },
  seat: {
    ...{ name: 'Library seat', description: 'For libraries and schools, by the reader.' },
    ...{ amount: 1200, currency: 'EUR', interval: 'month', pricing_model: 'per_unit' },
  },
  daily: {
    ...{ name: 'Daily page', description: 'One page every morning.' },
    ...{ amount: 50, currency: 'EUR', interval: 'day', pricing_model: 'flat' },
  },
};

export interface ShopCustomer {
  name: string;
  email: string;
  timezone: string;
  country: string;
  language?: string;
  plan: ShopPlan;
  token?: string;
  subscription?: Record<string, unknown>;
  /** What happened since, one after another; each is made once. */
  chapters?: readonly ((of: acts.Subscribed) => Promise<unknown>)[];
}

/** Whose portal is shown first: three months of history, and a refund asked for. */
export const shopGuest: ShopCustomer = {
  ...{ name: 'Amara Okafor', email: 'amara@example.com', timezone: 'Africa/Lagos', country: 'NG' },
  plan: 'reader',
  chapters: [
    acts.later('P1M'),
    acts.later('P1M'),
    acts.later('P1M'),
    acts.askForRefund(450, 'The parcel came two weeks late.'),
  ],
};

const inAMonth = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);

export const shopCustomers: readonly ShopCustomer[] = [
  shopGuest,
  {
    ...{ name: 'Lena Fischer', email: 'lena@example.com', timezone: 'Europe/Berlin', country: 'DE', language: 'de' },
    plan: 'yearly',
  },
  {
    ...{ name: 'Riverside Library', email: 'office@riverside.example', timezone: 'America/Chicago', country: 'US' },
    plan: 'seat',
    subscription: { quantity: 8 },
    chapters: [acts.later('P1M'), acts.change({ quantity: 12 }), acts.later('P1M')],
  },
  {
    ...{ name: 'Yuki Tanaka', email: 'yuki@example.com', timezone: 'Asia/Tokyo', country: 'JP', language: 'en' },
    plan: 'plus',
  },
  {
    // Charged once, declined since; the ladder of retries is ahead.
    ...{ name: 'Mateo Rossi', email: 'mateo@example.com', timezone: 'America/Argentina/Buenos_Aires', country: 'AR' },
    ...{ plan: 'reader', token: 'tok_decline_after_1' },
    chapters: [acts.later('P1M'), acts.later('PT1H')],
  },
  {
    ...{ name: 'Priya Nair', email: 'priya@example.com', timezone: 'Asia/Kolkata', country: 'IN' },
    ...{ plan: 'reader', token: 'tok_decline_after_1' },
    chapters: [acts.later('P1M'), acts.later('P2D'), acts.addMethod('tok_ok'), acts.later('P1M')],
  },
  {
    ...{ name: 'Jonas Berg', email: 'jonas@example.com', timezone: 'Europe/Oslo', country: 'NO' },
    plan: 'reader',
    chapters: [acts.later('P1M'), acts.later('P10D'), acts.pause],
  },
  {
    ...{ name: 'Chloé Martin', email: 'chloe@example.com', timezone: 'Europe/Paris', country: 'FR' },
    plan: 'reader',
    chapters: [acts.later('P1M'), acts.cancel({ at: 'period_end', reason: 'Moving abroad' })],
  },
  {
    ...{ name: 'Noah Williams', email: 'noah@example.com', timezone: 'America/Los_Angeles', country: 'US' },
    plan: 'reader',
    chapters: [acts.later('P1M'), acts.later('P1M'), acts.cancel({ reason: 'Too little time to read' })],
  },
  {
    ...{ name: 'Sofia Alvarez', email: 'sofia@example.com', timezone: 'Europe/Madrid', country: 'ES' },
    plan: 'yearly',
    chapters: [acts.disputeOnce],
  },
  {
    // Her bank wants to be asked first.
    ...{ name: 'Mina Haddad', email: 'mina@example.com', timezone: 'Asia/Dubai', country: 'AE' },
    ...{ plan: 'reader', token: 'tok_requires_action' },
  },
  {
    ...{ name: 'Grace Kim', email: 'grace@example.com', timezone: 'Pacific/Auckland', country: 'NZ' },
    plan: 'daily',
    chapters: [acts.refundLast(20, 'A page was missing.')],
  },
  {
    ...{ name: 'Tomasz Nowak', email: 'tomasz@example.com', timezone: 'Europe/Warsaw', country: 'PL' },
    plan: 'reader',
    subscription: { start_date: inAMonth },
  },
];
