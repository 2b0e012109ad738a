using Fixity.Core;
using Fixity.Scheduler.Targets;

namespace Fixity.Scheduler.Storage;

/// <summary>Tells targets that lie on one storage server from others, so that not all of them are read at once.</summary>
internal static class ServerKey
{
    /// <returns>Null: a disk of this machine, or a mount whose server was not said.</returns>
    public static string? Of(TargetType type, TargetConnection connection) => type switch
    {
        TargetType.Smb when connection.Smb is { } smb => Lower($"smb://{smb.Server}:{smb.Port}"),
        TargetType.Nfs when connection.Nfs?.Source is { } source => Lower($"nfs://{HostOf(source)}"),
        TargetType.S3 when connection.S3 is { } s3 =>
            Lower(s3.Endpoint?.GetLeftPart(UriPartial.Authority) ?? $"https://s3.{s3.Region}.amazonaws.com")
            + $"/{s3.Bucket}",
        _ => null,
    };

    // nas:/export, [2001:db8::7]:/export; what has no path is a whole source of its own.
    private static string HostOf(string source) =>
        source.IndexOf(":/", StringComparison.Ordinal) is > 0 and var end ? source[..end] : source;

#pragma warning disable CA1308 // Names of hosts are written in lower case.
    private static string Lower(string text) => text.ToLowerInvariant();
#pragma warning restore CA1308
}
