import * as v from 'valibot';
import { ACTIONS, ROLES } from '../../../domain/permission.ts';
import { idParams, instant, text, uuid } from '../fields.ts';
import { operation } from '../operation.ts';

/** Settings of a token. Strict: a misspelt `scopes` or `expiresAt` must not quietly make a token that may do everything for ever. */
const tokenBody = v.strictObject({
	scopes: v.optional(v.pipe(v.array(v.picklist(ACTIONS, `one of ${ACTIONS.join(', ')}`)), v.minLength(1, 'name at least one, or leave it out'), v.maxLength(ACTIONS.length, 'names scopes twice'))),
	expiresAt: v.optional(instant),
	name: v.optional(text(100))
});
const issuedToken = v.object({ id: v.string(), token: v.string(), expiresAt: v.nullable(v.string()) });

export const listUsers = operation({
	id: 'listUsers',
	method: 'GET',
	path: '/users',
	summary: 'All users, oldest first, a page at a time',
	access: 'user.manage',
	query: v.object({
		after: v.optional(uuid),
		limit: v.optional(v.pipe(v.string(), v.regex(/^\d{1,3}$/, 'a whole number from 1 to 500'), v.toNumber(), v.minValue(1, 'at least 1'), v.maxValue(500, 'at most 500')))
	}),
	answers: {
		200: v.object({
			users: v.array(v.object({ id: v.string(), name: v.string(), email: v.string(), isAdmin: v.boolean(), active: v.boolean(), createdAt: v.string() })),
			next: v.nullable(v.string())
		})
	},
	problems: ['scope_missing']
});

export const createUser = operation({
	id: 'createUser',
	method: 'POST',
	path: '/users',
	summary: 'Make an account; without a password the person sets one by a one-time link',
	access: 'user.manage',
	body: v.object({ email: text(254), name: text(200), password: v.optional(text(1000)), isAdmin: v.optional(v.boolean()) }),
	answers: { 201: v.object({ id: v.string() }) },
	problems: ['scope_missing', 'conflict']
});

export const issueTokenFor = operation({
	id: 'issueTokenFor',
	method: 'POST',
	path: '/users/{id}/tokens',
	summary: 'Make a bearer token for a user; it is shown this once',
	access: 'user.manage',
	params: idParams,
	body: tokenBody,
	answers: { 201: issuedToken },
	problems: ['scope_missing', 'conflict']
});

export const deactivateUser = operation({
	id: 'deactivateUser',
	method: 'POST',
	path: '/users/{id}/deactivate',
	summary: 'Shut a person out at once: leases are freed, sessions and tokens end, judgments stay',
	access: 'user.manage',
	params: idParams,
	answers: { 200: v.object({ releasedLeases: v.number(), endedSessions: v.number(), revokedTokens: v.number() }) },
	problems: ['scope_missing', 'conflict']
});

export const reactivateUser = operation({
	id: 'reactivateUser',
	method: 'POST',
	path: '/users/{id}/reactivate',
	summary: 'Let a person in again; revoked tokens stay revoked',
	access: 'user.manage',
	params: idParams,
	answers: { 204: null },
	problems: ['scope_missing']
});

export const issuePasswordLink = operation({
	id: 'issuePasswordLink',
	method: 'POST',
	path: '/users/{id}/password-links',
	summary: 'Make the secret of a link with which a person sets a password, once, within 24 hours',
	access: 'user.manage',
	params: idParams,
	answers: { 201: v.object({ token: v.string(), expiresAt: v.string() }) },
	problems: ['scope_missing', 'conflict']
});

export const listOwnTokens = operation({
	id: 'listOwnTokens',
	method: 'GET',
	path: '/tokens',
	summary: 'My newest tokens that were not revoked; never their secrets. A token with limited scopes sees itself alone',
	access: 'signed-in',
	answers: {
		200: v.object({
			tokens: v.array(
				v.object({ id: v.string(), name: v.nullable(v.string()), scopes: v.nullable(v.array(v.string())), expiresAt: v.nullable(v.string()), expired: v.boolean(), lastUsedAt: v.nullable(v.string()), createdAt: v.string() })
			)
		})
	}
});

export const issueOwnToken = operation({
	id: 'issueOwnToken',
	method: 'POST',
	path: '/tokens',
	summary: 'Make a bearer token for myself; it is shown this once',
	access: 'signed-in',
	body: tokenBody,
	answers: { 201: issuedToken },
	problems: ['scope_missing']
});

export const revokeToken = operation({
	id: 'revokeToken',
	method: 'DELETE',
	path: '/tokens/{id}',
	summary: 'Revoke a token of mine; the administrator may revoke anybody’s. A token with limited scopes ends itself alone, but for an administrator’s with user.manage',
	access: 'signed-in',
	params: idParams,
	answers: { 204: null },
	problems: ['scope_missing']
});

export const me = operation({
	id: 'me',
	method: 'GET',
	path: '/me',
	summary: 'Who I am and which projects I am a member of',
	access: 'signed-in',
	answers: {
		200: v.object({
			id: v.string(),
			name: v.string(),
			email: v.string(),
			isAdmin: v.boolean(),
			memberships: v.array(v.object({ slug: v.string(), name: v.string(), role: v.picklist(ROLES) }))
		})
	},
	problems: ['not_found']
});
