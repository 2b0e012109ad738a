namespace Aspire.Hosting.Tests.Model;

/// <summary>What Aspire refuses, the stand-in refuses with the same words.</summary>
public sealed class ErrorsTests : IAsyncDisposable
{
    private readonly TestModel _model = new();

    public ValueTask DisposeAsync() => _model.DisposeAsync();

    [Fact]
    public void Two_checks_of_one_path_are_refused()
    {
        var service = Service().WithHttpEndpoint().WithHttpHealthCheck("/health");

        var refusal = Assert.Throws<DistributedApplicationException>(() => service.WithHttpHealthCheck("/health"));

        Assert.Equal("Resource 'x' already has a health check with key 'x_http_/health_200_check'.", refusal.Message);
    }

    [Fact]
    public void A_probe_on_the_path_of_a_check_is_refused()
    {
        var service = Service().WithHttpEndpoint().WithHttpHealthCheck("/health");

#pragma warning disable ASPIREPROBES001 // It is what is tested.
        var refusal = Assert.Throws<DistributedApplicationException>(
            () => service.WithHttpProbe(ProbeType.Readiness, "/health", endpointName: "http"));
#pragma warning restore ASPIREPROBES001

        Assert.Contains("x_http_/health_200_check", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_check_prefers_https_when_no_endpoint_is_named()
    {
        var service = Service().WithHttpEndpoint().WithHttpsEndpoint().WithHttpHealthCheck("/health");

        var check = Assert.Single(service.Resource.Annotations.OfType<HealthCheckAnnotation>());
        Assert.Equal("x_https_/health_200_check", check.Key);
    }

    [Fact]
    public void A_check_without_an_endpoint_is_refused() =>
        Assert.Throws<DistributedApplicationException>(() => Service().WithHttpHealthCheck("/health"));

    [Fact]
    public void Waiting_for_itself_is_refused()
    {
        var service = Service();

        var refusal = Assert.Throws<DistributedApplicationException>(() => service.WaitFor(service));

        Assert.Equal("The 'x' resource cannot wait for itself.", refusal.Message);
    }

    [Fact]
    public void Waiting_for_a_database_waits_for_its_server_too()
    {
        var server = _model.Builder.AddPostgres("postgres");

        var service = Service().WaitFor(server.AddDatabase("db"));

        Assert.Equal(
            ["postgres", "db"],
            service.Resource.Annotations.OfType<WaitAnnotation>().Select(wait => wait.Resource.Name));
    }

    [Theory]
    [InlineData("1x", "Name must start with an ASCII letter.")]
    [InlineData("x_y", "Name must contain only ASCII letters, digits, and hyphens.")]
    [InlineData("x--y", "Name cannot contain consecutive hyphens.")]
    [InlineData("x-", "Name cannot end with a hyphen.")]
    public void A_name_that_breaks_the_rules_is_refused(string name, string complaint)
    {
        var refusal = Assert.Throws<ArgumentException>(() => _model.Builder.AddParameter(name));

        Assert.StartsWith($"Resource name '{name}' is invalid. {complaint}", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_is_taken_is_refused_whatever_its_case()
    {
        Service();

        var refusal = Assert.Throws<DistributedApplicationException>(() => _model.Builder.AddParameter("X"));

        Assert.EndsWith("Resource names are case-insensitive.", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_endpoints_of_one_name_are_refused()
    {
        var service = Service().WithHttpEndpoint();

        var refusal = Assert.Throws<DistributedApplicationException>(() => service.WithHttpEndpoint());

        Assert.StartsWith("Endpoint with name 'http' already exists.", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_parameter_without_a_value_says_which_key_is_missing()
    {
        var parameter = _model.Builder.AddParameter("wanted");

        var missing = Assert.Throws<MissingParameterValueException>(() => parameter.Resource.ValueInternal);

        Assert.Contains("'Parameters:wanted'", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Publishing_is_refused_in_clear_words()
    {
        var builder = DistributedApplication.CreateBuilder(["--operation", "publish"]);

        var refusal = Assert.Throws<DistributedApplicationException>(() => builder.Build());

        Assert.True(builder.ExecutionContext.IsPublishMode);
        Assert.Contains("later release", refusal.Message, StringComparison.Ordinal);
    }

    private IResourceBuilder<ProjectResource> Service() =>
        _model.Builder.AddProject<Projects.Aspire_Hosting_TestApp>("x");
}
