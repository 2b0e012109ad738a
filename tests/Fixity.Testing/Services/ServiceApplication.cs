using System.Text;
using Fixity.Data;
using Fixity.ServiceDefaults.Identity;
using Fixity.ServiceDefaults.Secrets;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace Fixity.Testing.Services;

/// <summary>A whole service in this process, over a test's database, with clients that call as the gateway would.</summary>
/// <param name="connectionString">Of <see cref="Postgres.TestDatabase.ConnectionString"/>; the service takes its own role.</param>
/// <param name="settings">Configuration on top: key with colons, value.</param>
/// <param name="services">Replaces parts, such as the clock.</param>
/// <param name="environment">Development, Production.</param>
public sealed class ServiceApplication<TProgram>(
    string connectionString,
    IReadOnlyDictionary<string, string?>? settings = null,
    Action<IServiceCollection>? services = null,
    string environment = "Development")
    : WebApplicationFactory<TProgram>
    where TProgram : class
{
    /// <summary>The secret that this service and its clients share.</summary>
    public const string GatewayKey = "a gateway key for tests, long enough to be taken";

    /// <summary>Master secret of stored secrets, unless the settings say another.</summary>
    public const string EncryptionKey = "an encryption key for tests, long enough too";

    /// <summary>A client whose every request carries a fresh identity of this role.</summary>
    /// <param name="targets">The only ones that the caller may know of; null: all.</param>
    public HttpClient CreateClientAs(string role, string name = "tess", IReadOnlyList<int>? targets = null) =>
        CreateDefaultClient(new IdentitySigner(new CallerIdentity(name, role, targets)));

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment(environment);
        // Settings and not app configuration: a Program.cs reads some of them while it still registers services.
        builder.UseSetting($"ConnectionStrings:{DatabaseRegistration.ConnectionName}", connectionString);
        builder.UseSetting(CallerIdentity.KeySetting, GatewayKey);
        builder.UseSetting(SecretBox.KeySetting, EncryptionKey);
        builder.UseSetting("Logging:LogLevel:Default", "Warning");
        foreach (var (key, value) in settings ?? new Dictionary<string, string?>())
        {
            builder.UseSetting(key, value);
        }

        builder.ConfigureTestServices(DescribedProblems.Require);
        if (services is not null)
        {
            builder.ConfigureTestServices(services);
        }
    }

    protected override IWebHostBuilder? CreateWebHostBuilder()
    {
        // Called before the content root is looked for, which without this depends on a solution file lying around.
        var assembly = typeof(TProgram).Assembly.GetName().Name!.ToUpperInvariant().Replace('.', '_');
        Environment.SetEnvironmentVariable($"ASPNETCORE_TEST_CONTENTROOT_{assembly}", AppContext.BaseDirectory);
        return base.CreateWebHostBuilder();
    }

    private sealed class IdentitySigner(CallerIdentity caller) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            // A signature is good for a minute, a client for as long as its test.
            request.Headers.Add(
                CallerIdentity.Header, caller.Sign(Encoding.UTF8.GetBytes(GatewayKey), DateTimeOffset.UtcNow));
            return base.SendAsync(request, cancellationToken);
        }
    }
}
