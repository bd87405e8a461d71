import { expect, it } from 'vitest';
import { webAddress } from './web-address.ts';

it.each([
  ['https://help.example.com/a?b=c', 'https://help.example.com/a?b=c'],
  ['http://127.0.0.1:8080', 'http://127.0.0.1:8080/'],
  ['javascript:alert(1)', null],
  [' JavaScript:alert(1)', null],
  ['java\nscript:alert(1)', null],
  ['data:text/html,<script>alert(1)</script>', null],
  ['vbscript:x', null],
  ['//help.example.com', null],
  ['help', null],
  ['', null],
  [null, null],
])('takes %j for %j', (text, address) => {
  expect(webAddress(text)).toBe(address);
});
