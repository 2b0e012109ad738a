namespace Fixity.Core;

/// <summary>What may be told of a target's credentials: all but the secret.</summary>
/// <param name="Reference">Where the scanner looks them up; null unless by reference.</param>
/// <param name="Who">User or access key; null where that is not known here.</param>
/// <param name="UpdatedAt">When they were last set; null when there are none.</param>
/// <param name="UpdatedBy">Who set them.</param>
public sealed record TargetCredentials(
    CredentialsSource Source, string? Reference, string? Who, DateTimeOffset? UpdatedAt, string? UpdatedBy)
{
    public static TargetCredentials None { get; } = new(CredentialsSource.None, null, null, null, null);
}
