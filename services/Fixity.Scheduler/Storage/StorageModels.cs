using Fixity.Core;
using Fixity.Scheduler.Targets;

namespace Fixity.Scheduler.Storage;

/// <summary>Where a target lies and how to get in: what can be tried before it is saved.</summary>
/// <param name="Root">Absolute path, with local and nfs; with the others it is made of the connection.</param>
/// <param name="Connection">The part that belongs to the type; left out or null: none, or the defaults.</param>
/// <param name="Credentials">Left out or null: those that are there.</param>
public sealed record StorageSettings(
    TargetType Type, string? Root = null, TargetConnection? Connection = null, CredentialsRequest? Credentials = null);

/// <summary>Credentials as they are given; they are never given back. One of: a reference, user and secret, clear.</summary>
/// <param name="Reference"><c>file:/path</c> or <c>env:FIXITY_CREDENTIALS_NAME</c>, looked up by the scanner at each scan.</param>
/// <param name="User">User name; with S3 the access key id.</param>
/// <param name="Secret">Password; with S3 the secret access key.</param>
/// <param name="Domain">SMB alone.</param>
/// <param name="SessionToken">S3 alone, with temporary keys.</param>
/// <param name="Clear">Forgets those that are there.</param>
public sealed record CredentialsRequest(
    string? Reference = null,
    string? User = null,
    string? Secret = null,
    string? Domain = null,
    string? SessionToken = null,
    bool Clear = false)
{
    internal StorageCredentials ToCredentials() => new(User!, Secret!, Domain, SessionToken);

    // A record prints all it has, wherever a request is logged.
    public override string ToString() => Reference ?? (Clear ? "cleared" : ToCredentials().ToString());
}

/// <summary>The storage of a target as it is saved.</summary>
/// <param name="UpdatedAt">Of the target: tells whether somebody changed it meanwhile.</param>
internal sealed record SavedStorage(
    int TargetId,
    TargetType Type,
    string Root,
    TargetConnection Connection,
    CredentialsSource Credentials,
    DateTimeOffset UpdatedAt)
{
    public StorageSettings Settings => new(Type, Root, Connection);
}
