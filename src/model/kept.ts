/** What no observation has, and what could not be known any more behind a change: taken down before the first one. */
import type { NftMessage } from './operation.js';

export interface KeepRequest {
  /** Tables of family inet. */
  readonly tables: readonly { readonly netns: string; readonly table: string }[];
  readonly sysctls: readonly { readonly netns: string; readonly key: string }[];
}

export interface Kept {
  /** Without messages: there was no such table. */
  readonly tables: readonly { readonly netns: string; readonly table: string; readonly messages: readonly NftMessage[] }[];
  /** Null: there was no such setting. */
  readonly sysctls: readonly { readonly netns: string; readonly key: string; readonly value: string | null }[];
}
