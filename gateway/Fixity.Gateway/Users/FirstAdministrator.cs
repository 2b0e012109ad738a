using Fixity.Gateway.Audit;
using Fixity.Gateway.SignIn;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Fixity.Gateway.Users;

/// <summary>Configuration section <c>Fixity:Bootstrap</c>: the first administrator of an install that nobody attends.</summary>
/// <remarks>A class and not a record, whose text would hold the password.</remarks>
internal sealed class BootstrapOptions
{
    public const string Section = "Fixity:Bootstrap";

    public string? Username { get; init; }

    public string? Password { get; init; }

    public bool IsOn => !string.IsNullOrEmpty(Username) || !string.IsNullOrEmpty(Password);
}

/// <summary>Makes the first administrator of configuration, while there is no user. Afterwards it is not looked at again.</summary>
internal sealed class FirstAdministrator(
    UserStore users, PasswordHasher passwords, AuditLog audit, IOptions<BootstrapOptions> options, TimeProvider clock,
    ILogger<FirstAdministrator> logger) : BackgroundService
{
    private static readonly TimeSpan RetryEvery = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.IsOn)
        {
            return;
        }

        var patience = logger;
        while (!await TryMakeAsync(patience, stoppingToken))
        {
            patience = null;
            await Task.Delay(RetryEvery, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stoppingToken.IsCancellationRequested)
            {
                return;
            }
        }
    }

    /// <param name="log">Null: it was said already that the database is waited for.</param>
    /// <returns>False while the database is not there, or has not been brought to this version.</returns>
    private async Task<bool> TryMakeAsync(ILogger? log, CancellationToken cancellation)
    {
        try
        {
            if (!await users.AnyAsync(cancellation))
            {
                await MakeAsync(cancellation);
            }

            return true;
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            log?.WaitingForDatabase(e);
            return false;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return true;
        }
    }

    private async Task MakeAsync(CancellationToken cancellation)
    {
        var (username, password) = (options.Value.Username ?? "", options.Value.Password ?? "");
        var errors = UserValidation.ErrorsOf(username, password);
        if (errors.Count > 0)
        {
            // Thrown by a background service, it stops the host: an install without anybody to sign in is none.
            throw new InvalidOperationException(
                $"{BootstrapOptions.Section} cannot be the first administrator: "
                + string.Join(" ", errors.Select(error => $"{error.Key}: {string.Join(" ", error.Value)}")));
        }

        // Somebody else may have been quicker: another replica, or a person with the link.
        if (await users.AddFirstAsync(username, passwords.Hash(password), cancellation) is { } id)
        {
            logger.AdministratorMade(username);
            // Nobody's request.
            await audit.AppendAsync(
                new DefaultHttpContext(), "bootstrap", "setup", $"user {id}", new() { ["username"] = username }, cancellation);
        }
    }
}
