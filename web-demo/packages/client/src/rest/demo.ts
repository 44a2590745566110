/** Somebody whom one can be in the demo. */
export interface DemoPerson {
  id: string;
  name: string;
  role: 'teacher' | 'student' | 'admin';
  timeZone: string;
  headline: string;
}

/** The answer to choosing one of them. */
export interface SignedIn {
  token: string;
  expiresAt: string;
  user: DemoPerson;
}

interface Parameters {
  query?: never;
  header?: never;
  path?: never;
  cookie?: never;
}

/** What the demo alone serves, and the document therefore does not describe. */
export interface DemoPaths {
  '/api/demo/people': {
    get: {
      parameters: Parameters;
      requestBody?: never;
      responses: { 200: { content: { 'application/json': { items: DemoPerson[] } } } };
    };
  };
  '/api/demo/sign-in': {
    post: {
      parameters: Parameters;
      requestBody: { content: { 'application/json': { id: string } } };
      responses: { 200: { content: { 'application/json': SignedIn } } };
    };
  };
}
