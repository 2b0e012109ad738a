using System.Data.Common;
using System.Security.Cryptography;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Fixity.ServiceDefaults.Secrets;

/// <summary>Seals once, at the start, what another key sealed, so that the old key can be taken away.</summary>
internal sealed class ResealWorker(
    SecretBox box, IEnumerable<ISealedSecrets> tables, TimeProvider clock, ILogger<ResealWorker> logger) : BackgroundService
{
    // The database may still be starting, or be migrated.
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        foreach (var table in tables)
        {
            while (!await TryResealAsync(table, stoppingToken))
            {
                await Task.Delay(Retry, clock, stoppingToken);
            }
        }
    }

    private async Task<bool> TryResealAsync(ISealedSecrets table, CancellationToken cancellation)
    {
        try
        {
            await ResealAsync(table, cancellation);
            return true;
        }
        catch (Exception e) when (e is DbException or TimeoutException or IOException)
        {
            logger.ResealWaits(e.Message, Retry);
            return false;
        }
    }

    private async Task ResealAsync(ISealedSecrets table, CancellationToken cancellation)
    {
        var (sealedAgain, unopened) = (0, 0);
        foreach (var secret in await table.AllAsync(cancellation))
        {
            if (box.IsCurrent(secret.Box))
            {
                continue;
            }

            try
            {
                await table.ReplaceAsync(secret, Again(secret), cancellation);
                sealedAgain++;
            }
            catch (CryptographicException e)
            {
                logger.NotOpened(secret.Place, e.Message);
                unopened++;
            }
        }

        if (sealedAgain + unopened > 0)
        {
            logger.Resealed(sealedAgain, unopened);
        }
    }

    private byte[] Again(SealedSecret secret)
    {
        var opened = box.Open(secret.Box, secret.Place);
        try
        {
            return box.Seal(opened, secret.Place);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(opened);
        }
    }
}
