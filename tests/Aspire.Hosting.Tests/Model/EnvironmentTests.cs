using System.Text.RegularExpressions;
using Aspire.Hosting.Run;

namespace Aspire.Hosting.Tests.Model;

/// <summary>The variables that each kind of resource gets are those that Aspire gives.</summary>
public sealed class EnvironmentTests
{
    [Fact]
    public async Task A_project_is_told_its_address_and_its_telemetry_identity()
    {
        await using var model = new TestModel();
        var service = model.Builder.AddProject<Projects.Aspire_Hosting_TestApp>("service").WithHttpEndpoint();

        var run = model.Lay();
        var environment = await model.EnvironmentOfAsync(service.Resource);

        var instance = run.Instances[service.Resource][0];
        Assert.Equal($"http://localhost:{instance.Ports["http"]}", environment["ASPNETCORE_URLS"]);
        Assert.Equal("service", environment["OTEL_SERVICE_NAME"]);
        Assert.Equal($"service.instance.id={instance.Suffix}", environment["OTEL_RESOURCE_ATTRIBUTES"]);
        Assert.Matches("^service-[a-z0-9]{8}$", instance.Name);
        Assert.Equal("simple", environment["LOGGING__CONSOLE__FORMATTERNAME"]);
        Assert.DoesNotContain("OTEL_EXPORTER_OTLP_ENDPOINT", environment.Keys);
    }

    [Fact]
    public async Task With_a_dashboard_telemetry_goes_there()
    {
        await using var model = new TestModel();
        var service = model.Builder.AddProject<Projects.Aspire_Hosting_TestApp>("service");

        model.Lay().Dashboard = new("http://d/login", "http://otlp:1", "key", "api", "http://d");
        var environment = await model.EnvironmentOfAsync(service.Resource);

        Assert.Equal("http://otlp:1", environment["OTEL_EXPORTER_OTLP_ENDPOINT"]);
        Assert.Equal("grpc", environment["OTEL_EXPORTER_OTLP_PROTOCOL"]);
        Assert.Equal("x-otlp-api-key=key", environment["OTEL_EXPORTER_OTLP_HEADERS"]);
    }

    [Fact]
    public async Task A_reference_to_a_service_gives_its_address_in_both_forms()
    {
        await using var model = new TestModel();
        var scheduler = model.Builder.AddProject<Projects.Aspire_Hosting_TestApp>("the-scheduler")
            .WithHttpEndpoint()
            .WithHttpEndpoint(name: "admin");
        var query = model.Builder.AddProject<Projects.Aspire_Hosting_TestApp>("query")
            .WithReference(scheduler)
            .WithEnvironment("ADDRESS", scheduler.GetEndpoint("http"))
            .WithEnvironment("HOST_AND_PORT", $"at {Address(scheduler)}!");

        var run = model.Lay();
        var environment = await model.EnvironmentOfAsync(query.Resource);

        var port = scheduler.GetEndpoint("http").Port;
        Assert.Equal(run.Instances[scheduler.Resource][0].Ports["http"], port);
        Assert.Equal($"http://localhost:{port}", environment["services__the-scheduler__http__0"]);
        Assert.Equal($"http://localhost:{port}", environment["THE_SCHEDULER_HTTP"]);
        Assert.Equal(scheduler.GetEndpoint("admin").Url, environment["services__the-scheduler__admin__0"]);
        Assert.Equal($"http://localhost:{port}", environment["ADDRESS"]);
        Assert.Equal($"at localhost:{port}!", environment["HOST_AND_PORT"]);
    }

    private static EndpointReferenceExpression Address(IResourceBuilder<ProjectResource> service) =>
        service.GetEndpoint("http").Property(EndpointProperty.HostAndPort);

    [Fact]
    public async Task A_reference_to_a_database_gives_the_connection_string_and_its_parts()
    {
        await using var model = new TestModel("--Parameters:password=p@ss");
        var password = model.Builder.AddParameter("password", secret: true);
        var server = model.Builder.AddPostgres("postgres", password: password);
        var database = server.AddDatabase("fixitydb", "fixity");
        var service = model.Builder.AddProject<Projects.Aspire_Hosting_TestApp>("service").WithReference(database);

        model.Lay();
        var endpoint = server.Resource.PrimaryEndpoint.EndpointAnnotation;
        endpoint.AllocatedEndpoint = new AllocatedEndpoint(endpoint, "localhost", 5433);
        var environment = await model.EnvironmentOfAsync(service.Resource);

        Assert.Equal(
            "Host=localhost;Port=5433;Username=postgres;Password=p@ss;Database=fixity",
            environment["ConnectionStrings__fixitydb"]);
        Assert.Equal("localhost", environment["FIXITYDB_HOST"]);
        Assert.Equal("5433", environment["FIXITYDB_PORT"]);
        Assert.Equal("postgres", environment["FIXITYDB_USERNAME"]);
        Assert.Equal("p@ss", environment["FIXITYDB_PASSWORD"]);
        Assert.Equal("fixity", environment["FIXITYDB_DATABASENAME"]);
        Assert.Equal("postgresql://postgres:p%40ss@localhost:5433/fixity", environment["FIXITYDB_URI"]);
        Assert.Equal("jdbc:postgresql://localhost:5433/fixity", environment["FIXITYDB_JDBCCONNECTIONSTRING"]);
    }

    [Fact]
    public async Task A_connection_string_of_the_configuration_is_passed_on()
    {
        await using var model = new TestModel("--ConnectionStrings:fixitydb=Host=elsewhere");
        var database = model.Builder.AddConnectionString("fixitydb");
        var service = model.Builder.AddProject<Projects.Aspire_Hosting_TestApp>("service").WithReference(database);

        model.Lay();
        var environment = await model.EnvironmentOfAsync(service.Resource);

        Assert.Equal("Host=elsewhere", environment["ConnectionStrings__fixitydb"]);
    }

    [Fact]
    public async Task Secrets_are_marked_wherever_they_appear_and_nothing_else_is()
    {
        await using var model = new TestModel("--Parameters:open=1", "--Parameters:hidden=2");
        var open = model.Builder.AddParameter("open");
        var hidden = model.Builder.AddParameter("hidden", secret: true);
        var database = model.Builder.AddPostgres("postgres", password: hidden).AddDatabase("db");
        var service = model.Builder.AddProject<Projects.Aspire_Hosting_TestApp>("service")
            .WithReference(database)
            .WithEnvironment("OPEN", open)
            .WithEnvironment("HIDDEN", hidden)
            .WithEnvironment("WITHIN", $"x={hidden}");

        var run = model.Lay();
        var endpoint = database.Resource.Parent.PrimaryEndpoint.EndpointAnnotation;
        endpoint.AllocatedEndpoint = new AllocatedEndpoint(endpoint, "localhost", 5433);
        var resolver = new EnvironmentResolver(run, run.Instances[service.Resource][0]);
        var secret = (await resolver.VariablesAsync(CancellationToken.None))
            .Where(variable => variable.IsSecret).Select(variable => variable.Name).Order();

        Assert.Equal(["ConnectionStrings__db", "DB_PASSWORD", "DB_URI", "HIDDEN", "WITHIN"], secret);
    }

    [Fact]
    public async Task Vite_is_told_its_port_in_its_arguments_and_its_environment()
    {
        await using var model = new TestModel();
        var frontend = model.Builder.AddViteApp("frontend", "../frontend");

        var run = model.Lay();
        var environment = await model.EnvironmentOfAsync(frontend.Resource);
        var instance = run.Instances[frontend.Resource][0];
        var args = await new EnvironmentResolver(run, instance).ArgumentsAsync(CancellationToken.None);

        var port = $"{instance.Ports["http"]}";
        Assert.Equal(port, environment["PORT"]);
        Assert.Equal(["run", "dev", "--", "--port", port], args.Select(arg => arg.Text));
        Assert.Equal("npm", frontend.Resource.Command);
    }

    [Fact]
    public async Task Each_replica_listens_on_its_own_port_behind_one_that_others_are_told()
    {
        await using var model = new TestModel();
        var service = model.Builder.AddProject<Projects.Aspire_Hosting_TestApp>("service")
            .WithHttpEndpoint()
            .WithReplicas(2);

        var run = model.Lay();

        var ports = run.Instances[service.Resource].Select(instance => instance.Ports["http"]).ToList();
        Assert.Equal(2, ports.Distinct().Count());
        Assert.DoesNotContain(service.GetEndpoint("http").Port, ports);
    }

    [Fact]
    public async Task A_generated_secret_is_kept_for_the_next_run_readable_to_its_owner_alone()
    {
        await using var model = new TestModel();
        var first = Secret(model);

        var file = Path.Combine(model.StateFolder, "parameters.json");
        var second = DistributedApplication.CreateBuilder([$"--FIXITY_HOME={model.StateFolder}"])
            .AddParameter("key", new GenerateParameterDefault { MinLength = 64, Special = false }, true, persist: true);

        Assert.Equal(first, await second.Resource.GetValueAsync());
        Assert.Matches(new Regex("^[A-Za-z0-9]{64}$"), first);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }

        static string Secret(TestModel model) => model.Builder
            .AddParameter("key", new GenerateParameterDefault { MinLength = 64, Special = false }, true, persist: true)
            .Resource.ValueInternal;
    }

    [Fact]
    public async Task A_parameter_with_dashes_is_found_under_the_name_that_an_environment_can_have()
    {
        await using var model = new TestModel("--Parameters:alert_url=https://x");

        var parameter = model.Builder.AddParameter("alert-url");

        Assert.Equal("https://x", await parameter.Resource.GetValueAsync());
    }
}
