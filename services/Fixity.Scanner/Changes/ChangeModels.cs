using System.ComponentModel.DataAnnotations;

namespace Fixity.Scanner.Changes;

/// <param name="Reason">Why the content is right as it is; stays with the event for ever.</param>
public sealed record AcceptRequest([property: Required, MaxLength(500)] string Reason);

/// <summary>The file as it is from now on.</summary>
public sealed record AcceptedFile(long FileId, string State, string Checksum, string Algorithm);

public sealed record AcknowledgeRequest(
    [property: Required, MinLength(1), MaxLength(1000)] IReadOnlyList<long> Ids,
    [property: Required, MaxLength(500)] string Reason);

/// <param name="Acknowledged">Events that were not acknowledged before.</param>
public sealed record Acknowledgement(int Acknowledged);
