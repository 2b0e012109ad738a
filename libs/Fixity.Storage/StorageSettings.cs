using Fixity.Core;

namespace Fixity.Storage;

/// <summary>All that a backend is opened with; each takes what concerns it.</summary>
/// <param name="Type">A target's type: the word under which the backend is registered.</param>
/// <param name="Root">As the target shows it. What is needed to get there is in <see cref="Connection"/>.</param>
public sealed record StorageSettings(string Type, string Root)
{
    public TargetConnection Connection { get; init; } = TargetConnection.None;

    /// <summary>Null: none were given.</summary>
    public StorageCredentials? Credentials { get; init; }

    public TargetOptions Options { get; init; } = TargetOptions.Default;
}
