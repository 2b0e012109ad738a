import type { Role } from "../../api/types";

const RANK: Readonly<Record<Role, number>> = { viewer: 0, operator: 1, admin: 2 };

/** Whether somebody of this role may do what needs that one. The server decides; this only hides what it would refuse. */
export function may(role: Role | null | undefined, needed: Role): boolean {
  return role !== null && role !== undefined && RANK[role] >= RANK[needed];
}
