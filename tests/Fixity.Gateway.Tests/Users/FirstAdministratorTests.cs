using System.Diagnostics;
using System.Net;
using Fixity.Testing.Services;

namespace Fixity.Gateway.Tests.Users;

[Trait("Category", "Database")]
public sealed class FirstAdministratorTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task The_configured_one_is_made_once_and_signs_in()
    {
        await gateway.ForgetUsersAsync();
        var one = Start("grace", GatewayFixture.Password);
        await UntilAsync(async () => await UsersAsync() == 1);

        using var login = await gateway.NewBrowser(one).LogInAsync("grace");
        Assert.Equal(HttpStatusCode.OK, login.StatusCode);
        Assert.Equal("admin", (await login.JsonAsync()).GetProperty("user").GetProperty("role").GetString());
        Assert.Equal("bootstrap setup", await gateway.Database.ScalarAsync<string>(
            "select actor || ' ' || action from gateway.audit_log order by id limit 1"));
        Assert.Equal(0, await gateway.Database.ScalarAsync<long>(
            $"select count(*) from gateway.audit_log a where position('{GatewayFixture.Password}' in a::text) > 0"));

        // With a user there it is not looked at: neither taken nor a reason to stop.
        var two = Start("second", "short");
        using var ready = await gateway.NewNobody(two).GetAsync("/readyz");
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        Assert.Equal(1, await UsersAsync());
    }

    [Fact]
    public async Task A_bad_one_stops_the_gateway_which_says_why_and_not_the_password()
    {
        await gateway.ForgetUsersAsync();
        var start = new ProcessStartInfo("dotnet", [typeof(Program).Assembly.Location])
        {
            WorkingDirectory = AppContext.BaseDirectory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["ConnectionStrings__fixitydb"] = gateway.Database.ConnectionString;
        start.Environment["Fixity__GatewayKey"] = ServiceApplication<Program>.GatewayKey;
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        start.Environment["Fixity__Bootstrap__Username"] = "grace";
        start.Environment["Fixity__Bootstrap__Password"] = "tooshort-zq";
        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        try
        {
            var said = process.StandardOutput.ReadToEndAsync(patience.Token);
            var complained = process.StandardError.ReadToEndAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token);
            var text = await said + await complained;

            Assert.Contains("Fixity:Bootstrap cannot be the first administrator", text, StringComparison.Ordinal);
            Assert.Contains("at least 12 characters", text, StringComparison.Ordinal);
            Assert.DoesNotContain("tooshort-zq", text, StringComparison.Ordinal);
            Assert.Equal(0, await UsersAsync());
        }
        finally
        {
            process.Kill();
        }
    }

    private Uri Start(string username, string password) =>
        gateway.Start(null, Settings(username, password)).ClientOptions.BaseAddress;

    private static Dictionary<string, string?> Settings(string username, string password) => new()
    {
        ["Fixity:Bootstrap:Username"] = username,
        ["Fixity:Bootstrap:Password"] = password,
    };

    private Task<long> UsersAsync() => gateway.Database.ScalarAsync<long>("select count(*) from gateway.users")!;

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!await condition())
        {
            await Task.Delay(20, patience.Token);
        }
    }
}
