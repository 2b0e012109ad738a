using System.Security.Cryptography.X509Certificates;

namespace Fixity.Testing.S3;

/// <summary>What kind of an endpoint an <see cref="S3Server"/> is.</summary>
public sealed record S3Setup
{
    public string Region { get; init; } = "eu-test-1";

    public string Bucket { get; init; } = "bucket";

    public string AccessKey { get; init; } = "AKIAFIXITYTEST";

    public string Secret { get; init; } = "secret/with+odd=characters";

    public string? SessionToken { get; init; }

    /// <summary>Lets those in who sign nothing.</summary>
    public bool AllowsAnonymous { get; init; }

    /// <summary>Null: without TLS.</summary>
    public X509Certificate2? Certificate { get; init; }

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Lists milliseconds, as MinIO does; a look at one object has whole seconds everywhere.</summary>
    public bool ListsMilliseconds { get; init; } = true;

    /// <summary>Takes no notice of conditions and ranges, as no good endpoint does.</summary>
    public bool IgnoresConditions { get; init; }
}
