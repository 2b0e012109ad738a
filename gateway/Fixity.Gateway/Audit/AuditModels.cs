using System.Text.Json;

namespace Fixity.Gateway.Audit;

/// <summary>One thing that somebody did.</summary>
/// <param name="Action">Such as <c>sign-in</c>, <c>user-created</c>, <c>target-changed</c>.</param>
/// <param name="Object">What it was done to, such as <c>target 8</c>; null: nothing in particular.</param>
/// <param name="Details">Differs from action to action; of a change <c>before</c> and <c>after</c>, without secrets.</param>
/// <param name="Address">Where the request came from; null: not known.</param>
/// <param name="CorrelationId">Trace id of the request, as in the logs; null with entries of earlier versions.</param>
/// <param name="Hash">SHA-256 over the entry and the hash before it.</param>
internal sealed record AuditEntry(
    long Id, DateTimeOffset At, string Actor, string Action, string? Object, JsonElement Details, string? Address,
    string? CorrelationId, string Hash);

/// <summary>What reading the whole chain found.</summary>
/// <param name="Checked">Entries that were read: all of them, or up to the first that is wrong.</param>
/// <param name="FirstId">The oldest entry that is left; null: there is none.</param>
/// <param name="LastId">The newest entry that was ever written; 0: none was.</param>
/// <param name="LastHash">Its hash. Kept elsewhere, it proves later that nothing up to here was rewritten.</param>
/// <param name="Fault">The first thing that is wrong; null: nothing is.</param>
internal sealed record AuditVerification(
    bool Intact, long Checked, long? FirstId, long LastId, string LastHash, AuditFault? Fault);

/// <param name="Id">The entry that is wrong, or the first that is missing.</param>
/// <param name="UntilId">The last that is missing; of an entry that is wrong, itself.</param>
internal sealed record AuditFault(AuditFaultKind Kind, long Id, long UntilId, string Detail);

internal enum AuditFaultKind
{
    /// <summary>The entry is not what was hashed when it was written.</summary>
    Altered,

    /// <summary>Entries were removed from the middle or the beginning.</summary>
    Missing,

    /// <summary>The newest entries were removed.</summary>
    Cut,

    /// <summary>An entry that the chain never took.</summary>
    Foreign,

    /// <summary>Not the entry that the caller kept the hash of: the chain was written anew.</summary>
    Rewritten,
}
