/** An error as ajv reports it, without its message. */
export interface SchemaError {
  readonly instancePath: string;
  readonly schemaPath: string;
  readonly keyword: string;
  readonly params: { readonly [name: string]: unknown };
  /** The key that is meant, for errors of `propertyNames`. */
  readonly propertyName?: string;
}

export const validate: { (data: unknown): boolean; errors?: readonly SchemaError[] | null };
