namespace Fixity.ServiceDefaults.Secrets;

/// <summary>A table of sealed secrets, as <see cref="ResealWorker"/> must see it.</summary>
public interface ISealedSecrets
{
    Task<IReadOnlyList<SealedSecret>> AllAsync(CancellationToken cancellation);

    /// <summary>Puts <paramref name="again"/> where <paramref name="secret"/> still is, and nowhere else.</summary>
    Task ReplaceAsync(SealedSecret secret, byte[] again, CancellationToken cancellation);
}

/// <param name="Id">Of its row.</param>
/// <param name="Place">That it is bound to.</param>
public sealed record SealedSecret(int Id, string Place, byte[] Box);
